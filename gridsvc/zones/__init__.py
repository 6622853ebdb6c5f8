"""Zones: sets of cells or polygons given to a unit for one purpose, with dates."""

from gridsvc.zones.checking import check_zones
from gridsvc.zones.exporting import export_zones, write_check
from gridsvc.zones.features import zone_features_json, zones_stamp
from gridsvc.zones.importing import ZoneImport, import_zones
from gridsvc.zones.kinds import KIND_NAMES, check_kind
from gridsvc.zones.report import ZoneCheck, ZoneFault
from gridsvc.zones.touching import TouchedZone, zones_touched
from gridsvc.zones.zones import Zone, load_zones, zone_kinds

__all__ = [
    "KIND_NAMES",
    "TouchedZone",
    "Zone",
    "ZoneCheck",
    "ZoneFault",
    "ZoneImport",
    "check_kind",
    "check_zones",
    "export_zones",
    "import_zones",
    "load_zones",
    "write_check",
    "zone_features_json",
    "zone_kinds",
    "zones_stamp",
    "zones_touched",
]
