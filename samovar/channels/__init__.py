"""The channels: how messages come in and go out.

Nouns: ChannelAccount (a mailbox and how to sign in), RawMail (bytes as they came, committed before anybody tries to
understand them), Delivery (one message of ours on its way, with its retries).
"""
