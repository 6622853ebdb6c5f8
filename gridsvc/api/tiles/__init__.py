"""Vector tiles at `/tiles`, with TileJSON."""

from gridsvc.api.tiles.endpoints import register

__all__ = ["register"]
