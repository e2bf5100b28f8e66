"""From settings to a Plan: the defaults of [metrics] meet what a node says of itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from watchkeeper.config import queues, timezones
from watchkeeper.config.digest import digest
from watchkeeper.config.kinds import Kinds
from watchkeeper.config.nodes import Nodes
from watchkeeper.config.problems import Finding
from watchkeeper.config.schema.branding import BrandingTable
from watchkeeper.config.schema.file import FileTable
from watchkeeper.config.schema.maintenance import MaintenanceTable
from watchkeeper.config.schema.notify import NotifyTable
from watchkeeper.config.targets import daily_limit, targets
from watchkeeper.core.flap import FlapRules
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import (
    Channel,
    Page,
    Plan,
    Policy,
    Service,
    Window,
)
from watchkeeper.core.reminder import Reminding
from watchkeeper.core.status import Status

TOLD_EVERYTHING = "webhook"
"""The kind of channel that is told more than reminders, whatever its file says, as in Vigil."""


def build(file: FileTable, kinds: Kinds) -> tuple[Plan, list[Finding]]:
    """Return the plan that *file* describes, and the options that contradict each other."""
    nodes = Nodes(file, kinds)
    services = tuple(
        Service(
            key=service.id,
            label=service.label,
            was=service.was,
            nodes=tuple(
                nodes.node(node, service.channels, ("probe", "service", index, "node", n))
                for n, node in enumerate(service.node)
            ),
        )
        for index, service in enumerate(file.probe.service)
    )
    plan = Plan(
        page=_page(file.branding),
        services=services,
        channels=_channels(file.notify, kinds),
        policy=_policy(file.notify),
        windows=tuple(_window(table, services) for table in file.maintenance),
        broker=queues.broker(file),
    )
    return replace(plan, digest=digest(plan)), nodes.findings


def _page(branding: BrandingTable) -> Page:
    return Page(
        title=branding.page_title,
        url=branding.page_url,
        company_name=branding.company_name,
        icon_color=branding.icon_color,
        icon_url=branding.icon_url,
        logo_color=branding.logo_color,
        logo_url=branding.logo_url,
        website_url=branding.website_url,
        support_url=branding.support_url,
        custom_html=branding.custom_html,
    )


def _policy(notify: NotifyTable) -> Policy:
    return Policy(
        alert_on=notify.alert_on,
        trouble_from=Status.SICK if notify.alert_sick else Status.DEAD,
        pace_ms=tuple(seconds * 1000 for seconds in notify.pace),
        startup=notify.startup_notification,
        reminding=_reminding(notify),
        flap=FlapRules(
            changes=notify.flap_changes,
            window_ms=notify.flap_window * 1000,
            stable_ms=notify.flap_stable * 1000,
        ),
    )


def _reminding(notify: NotifyTable) -> Reminding | None:
    if notify.reminder_interval is None:
        return None
    return Reminding(
        interval_ms=notify.reminder_interval * 1000,
        backoff=notify.reminder_backoff_function,
        limit=notify.reminder_backoff_limit,
        escalates=notify.reminder_escalate,
    )


def _window(table: MaintenanceTable, services: tuple[Service, ...]) -> Window:
    starts, ends = table.starts_at, table.ends_at
    if table.timezone:
        zone = timezones.named(table.timezone)
        starts, ends = timezones.local(starts, zone), timezones.local(ends, zone)
    starts_at, ends_at = (int(when.timestamp() * 1000) for when in (starts, ends))
    return Window(
        title=table.title,
        starts_at=starts_at,
        lasts_ms=_ms(ends - starts) if table.repeats else ends_at - starts_at,
        repeats=table.repeats,
        offset_ms=_ms(starts.utcoffset() or timedelta()),
        zone=table.timezone if table.repeats else "",
        scope=tuple(dict.fromkeys(_scope(table.scope, services))),
    )


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


def _scope(names: tuple[str, ...], services: tuple[Service, ...]) -> Iterator[NodeName]:
    for name in names:
        for service in services:
            for node in service.nodes:
                known = NodeName(service.key, node.key)
                if name in {service.key, str(known)}:
                    yield known


def _channels(notify: NotifyTable, kinds: Kinds) -> tuple[Channel, ...]:
    return tuple(
        Channel(
            key=channel.name or kind,
            kind=kind,
            digest=digest([kind, channel.settings]),
            targets=MappingProxyType(targets(channel.settings)),
            reminders_only=channel.reminders_only and kind != TOLD_EVERYTHING,
            daily_limit=daily_limit(channel.settings),
        )
        for kind, channels in notify.given.items()
        if kind in kinds.notifiers
        for channel in channels
    )
