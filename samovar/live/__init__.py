"""The one port: passes pages to the web processes and streams what happens to open screens.

One process (uvicorn with an ASGI application of our own, no Django request stack) owns the port. It answers
``/stream/`` itself and passes everything else to the web processes, each of which listens on a private socket.
No nouns of its own; announces nothing.
"""
