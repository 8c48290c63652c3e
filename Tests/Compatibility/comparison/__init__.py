"""The same calls, sent to FAJMA and to the system that it replaces, and what of the answers differs."""
