"""What reference 2.7 and 2.9 say of RabbitMQ's keys."""

from pathlib import Path

import pytest

from tests.config.config_samples import MINIMAL, NODE, SERVICE, loaded
from watchkeeper.config.problems import BadConfig
from watchkeeper.core.queue import Broker, Limits, Queue
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url


def queue_file(node: str = "", plugin: str = "") -> str:
    return (
        MINIMAL
        + '[plugins.rabbitmq]\napi_url = "https://rabbit.example.com:15671/"\n'
        + 'auth_username = "u"\nauth_password = "p"\nvirtualhost = "%2F"\n'
        + "queue_ready_healthy_below = 500\nqueue_nack_healthy_below = 100\n"
        + "queue_ready_dead_above = 20000\nqueue_nack_dead_above = 5000\n"
        + plugin
        + SERVICE
        + NODE
        + f'mode = "push"\nrabbitmq_queue = "jobs"\n{node}'
    )


def test_a_broker_is_asked_every_30_seconds_and_once_in_each_unless_told(tmp_path: Path) -> None:
    asked = loaded(tmp_path, queue_file()).plan.broker
    assert asked == Broker(
        api=Url.parse("https://rabbit.example.com:15671/"),
        user="u",
        password=Secret("p"),
        vhost="%2F",
        interval_ms=30_000,
        timeout_ms=10_000,
        again_ms=None,
    )
    again = "queue_loaded_retry_delay = 500\nqueue_interval = 5\n"
    told = loaded(tmp_path, queue_file(plugin=again)).plan.broker
    assert told
    assert (told.interval_ms, told.again_ms) == (5_000, 500)


def test_a_node_has_its_queue_with_the_limits_of_the_plugin(tmp_path: Path) -> None:
    limits = Limits(ready_loaded=500, nack_loaded=100, ready_stalled=20_000, nack_stalled=5_000)
    node = loaded(tmp_path, queue_file()).plan.services[0].nodes[0]
    assert node.queue == Queue(name="jobs", limits=limits)


def test_a_node_has_limits_of_its_own_for_what_is_not_acknowledged_even_none(
    tmp_path: Path,
) -> None:
    own = "rabbitmq_queue_nack_healthy_below = 0\nrabbitmq_queue_nack_dead_above = 7\n"
    queue = loaded(tmp_path, queue_file(own)).plan.services[0].nodes[0].queue
    assert queue
    assert (queue.limits.nack_loaded, queue.limits.nack_stalled) == (0, 7)
    assert (queue.limits.ready_loaded, queue.limits.ready_stalled) == (500, 20_000)


def test_a_queue_of_a_node_that_does_not_report_acts_on_nothing_and_is_a_warning(
    tmp_path: Path,
) -> None:
    told = loaded(tmp_path, queue_file().replace('"push"', '"local"'))
    assert told.plan.services[0].nodes[0].queue is None
    assert [notice.text for notice in told.notices] == ["has no effect but on push nodes"]


def test_a_queue_without_a_broker_acts_on_nothing_and_is_a_warning(tmp_path: Path) -> None:
    text = MINIMAL + SERVICE + NODE + 'mode = "push"\nrabbitmq_queue = "jobs"\n'
    told = loaded(tmp_path, text)
    assert (told.plan.broker, told.plan.services[0].nodes[0].queue) == (None, None)
    assert [notice.text for notice in told.notices] == [
        "has no effect without [plugins.rabbitmq]: add it, or remove this"
    ]


@pytest.mark.parametrize("key", ["api_url", "virtualhost", "queue_nack_dead_above"])
def test_every_key_of_the_broker_is_required(tmp_path: Path, key: str) -> None:
    lines = [one for one in queue_file().splitlines() if not one.startswith(key)]
    with pytest.raises(BadConfig, match=f"plugins.rabbitmq.{key}: is missing"):
        loaded(tmp_path, "\n".join(lines))


def test_an_api_that_is_no_web_server_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="must begin with http:// or https://, not 'amqp:"):
        loaded(tmp_path, queue_file().replace("https://rabbit", "amqp://rabbit"))
