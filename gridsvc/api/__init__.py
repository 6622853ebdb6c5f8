"""HTTP: the API's endpoints, who may call them, and how they answer."""

from gridsvc.api.app import POOL_SIZE, create_api

__all__ = ["POOL_SIZE", "create_api"]
