"""Components with which an agent acts for users: its Entra application, and the credential of that application."""
