-- wrk's script: sends prepared requests in random order, and prints what came of it as a line of JSON.
-- Arguments: the file of requests (each a line with its length, then that many bytes), and a number to begin at.
-- A request with a row of `@` in it is a change: the `@` give way to a number that no other request has.

local MARK = "@@@@@@@@@@@@"
local requests, count = {}, 0

function init(arguments)
  count = tonumber(arguments[2])
  math.randomseed(count)
  local file = assert(io.open(arguments[1], "rb"))
  for length in function() return file:read("*n", 1) end do
    local text = file:read(length)
    local from, to = text:find(MARK, 1, true)
    requests[#requests + 1] = { text, from and text:sub(1, from - 1), to and text:sub(to + 1) }
  end
  file:close()
end

function request()
  local chosen = requests[math.random(#requests)]
  if not chosen[2] then return chosen[1] end
  count = count + 1
  return chosen[2] .. string.format("%012d", count) .. chosen[3]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "bytes": %d, "p50": %.3f, "p99": %.3f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout
  ))
end
