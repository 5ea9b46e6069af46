"""Local pages: a server for this machine only, and a worker for what takes long, on elements of NiceGUI."""
