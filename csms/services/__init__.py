"""Third-party services: what they ask of the portal over HTTP, and what the portal tells them."""
