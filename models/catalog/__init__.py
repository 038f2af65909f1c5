"""The catalogue: which models there are, what they need, and which fit together on which machine."""

from models.catalog.schema import Catalog, CatalogError, Listed, Memory, Model, Profile, Source, load_catalog

__all__ = ["Catalog", "CatalogError", "Listed", "Memory", "Model", "Profile", "Source", "load_catalog"]
