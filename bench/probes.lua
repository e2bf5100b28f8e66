-- Asks blackbox_exporter for one target after the other.
local number, target = 0, ""

function init(arguments)
    target = arguments[1]
end

function request()
    number = (number + 1) % 3000
    return wrk.format("GET", "/probe?module=http_2xx&target=" .. target .. "/" .. number)
end
