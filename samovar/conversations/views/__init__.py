"""What is done to a conversation at its addresses; the pages around it are drawn by the desk."""
