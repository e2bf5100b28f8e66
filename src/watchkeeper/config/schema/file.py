"""File: all the tables that a file may have."""

from dataclasses import dataclass, field

from watchkeeper.config.schema.branding import BrandingTable
from watchkeeper.config.schema.maintenance import MaintenanceTable
from watchkeeper.config.schema.metrics import MetricsTable
from watchkeeper.config.schema.notify import NotifyTable
from watchkeeper.config.schema.plugins import PluginsTable
from watchkeeper.config.schema.probe import ProbeTable
from watchkeeper.config.schema.server import AssetsTable, ServerTable


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTable:
    """A whole file."""

    server: ServerTable
    assets: AssetsTable = field(default_factory=AssetsTable)
    branding: BrandingTable
    metrics: MetricsTable = field(default_factory=MetricsTable)
    plugins: PluginsTable = field(default_factory=PluginsTable)
    notify: NotifyTable = field(default_factory=NotifyTable)
    maintenance: tuple[MaintenanceTable, ...] = ()
    probe: ProbeTable
