-- What wrk asks for in `npm run bench gate`: the next viewer's token for a key; arguments: path prefix, token file or "-", first key, keys.
local auth, count, prefix, first, keys, i = {}, 0, "", 0, 1, 0

function init(args)
  prefix, first, keys = args[1], tonumber(args[3]), tonumber(args[4])
  if args[2] == "-" then
    auth[0], count = "Bearer none", 1
    return
  end
  for token in io.lines(args[2]) do
    auth[count] = "Bearer " .. token
    count = count + 1
  end
end

-- Every viewer asks for one key before anybody asks for the next.
function request()
  local who, key = i % count, first + math.floor(i / count) % keys
  i = i + 1
  local path = keys > 0 and prefix .. key or prefix
  return "GET " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " .. auth[who] .. "\r\n\r\n"
end

function done(summary, latency)
  local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format("RESULT %d %d %d %.1f %.1f\n", summary.requests, wrong, summary.duration, latency:percentile(50), latency:percentile(99)))
end
