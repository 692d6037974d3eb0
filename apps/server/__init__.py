"""The server: its pages, who may reach them, and how they are sent."""
