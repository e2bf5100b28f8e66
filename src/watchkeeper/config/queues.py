"""Queues: from the keys of RabbitMQ to the broker of a plan, and to the queue of a node."""

from watchkeeper.config.schema.file import FileTable
from watchkeeper.config.schema.plugins import RabbitmqTable
from watchkeeper.config.schema.probe import NodeTable
from watchkeeper.core.plan import Mode
from watchkeeper.core.queue import Broker, Limits, Queue


def broker(file: FileTable) -> Broker | None:
    """Return the broker that *file* names, if any."""
    table = file.plugins.rabbitmq
    if table is None:
        return None
    return Broker(
        api=table.api_url,
        user=table.auth_username,
        password=table.auth_password,
        vhost=table.virtualhost,
        interval_ms=table.queue_interval * 1000,
        timeout_ms=file.metrics.poll_delay_dead * 1000,
        again_ms=table.queue_loaded_retry_delay,
    )


def queue(node: NodeTable, table: RabbitmqTable | None) -> Queue | None:
    """Return the queue that *node* works through; what it does not say *table* does."""
    if table is None or not node.rabbitmq_queue or node.mode is not Mode.PUSH:
        return None
    loaded, stalled = node.rabbitmq_queue_nack_healthy_below, node.rabbitmq_queue_nack_dead_above
    limits = Limits(
        ready_loaded=table.queue_ready_healthy_below,
        nack_loaded=table.queue_nack_healthy_below if loaded is None else loaded,
        ready_stalled=table.queue_ready_dead_above,
        nack_stalled=table.queue_nack_dead_above if stalled is None else stalled,
    )
    return Queue(name=node.rabbitmq_queue, limits=limits)
