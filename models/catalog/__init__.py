"""The catalogue: which models there are, what they need, and which fit together on which machine."""

from models.catalog.keys import CatalogError
from models.catalog.schema import Catalog, Listed, Memory, Model, Profile, Recording, Source, load_catalog

__all__ = ["Catalog", "CatalogError", "Listed", "Memory", "Model", "Profile", "Recording", "Source", "load_catalog"]
