"""Reads pages and remembers them."""

from feeds.cache import Cache
from feeds.client import Client
from feeds.retry import RetryingClient

__all__ = ["Cache", "Client", "RetryingClient"]
