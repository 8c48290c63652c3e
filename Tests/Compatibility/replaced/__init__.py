"""The system that FAJMA replaces, written again from its description: Django, REST framework, simplejwt and Channels. It is here to be compared
with, and to be imported from; nothing of it is shipped."""
