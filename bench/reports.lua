-- The reporters: each request is one report about one of the replicas, first one after the
-- other, as their rows will stand, then each in its turn but in an order that scatters the
-- reports of one commit over the whole table.
-- Of `news_every` reports one says that its replica is sick, and its next one that it is not.
local replicas_a_node = 100
local stride = 617  -- a prime, so that everybody has a turn

local function report(authorization, number, cpu)
  local node, replica = math.floor(number / replicas_a_node), number % replicas_a_node
  local body = string.format(
    '{"replica":"replica-%03d.region-1.example.internal","interval":60,"load":{"cpu":%.2f,"ram":0.42},"build":"2026.11.21-1"}',
    replica, cpu)
  return string.format(
    "POST /reporter/bench/node-%d HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: %s\r\n"
      .. "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
    node, authorization, #body, body)
end

local usual, news, sick = {}, {}, {}
local count, news_every, sent = 0, 0, 0

function init(args)
  count, news_every = tonumber(args[2]), tonumber(args[3])
  for number = 0, count - 1 do
    usual[number] = report(args[1], number, 0.31 + number % 50 / 100)
    news[number] = report(args[1], number, 0.99)
  end
end

function request()
  sent = sent + 1
  local number = sent <= count and sent - 1 or sent * stride % count
  if news_every > 0 and sent % news_every == 0 then
    return news[number]
  end
  return usual[number]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("figures %d %d %d %d %d %d\n",
    summary.requests,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99), latency.max))
end
