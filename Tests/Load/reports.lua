-- Posts reports for wrk: LOAD_KEYS (lines of "device key"), LOAD_INSTANTS (how many instants of three readings a report), LOAD_START
-- (ms, the first instant), LOAD_STEP (ms between instants), LOAD_SECONDS. No instant of a device comes twice, unless LOAD_REPEATS is set: then
-- each report is sent again when so many others have been.
--
-- After LOAD_SECONDS each connection begins a request that it never finishes: what was sent before is answered in the time that wrk
-- still runs, so that no report is stored without its answer being counted, and no latency is measured of anything else.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds, nanoseconds; } bench_time;
  int clock_gettime(int, bench_time *);
]]
local CLOCK_MONOTONIC = 1
local THREADS = 2  -- of wrk's; each has devices of its own

local threads = {}
function setup(thread)
  thread:set("place", #threads)
  threads[#threads + 1] = thread
end

local clock = ffi.new("bench_time")
local function now()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, clock)
  return tonumber(clock.seconds) + tonumber(clock.nanoseconds) / 1e9
end

local instants, step, devices, turn, deadline
local repeats, sent, is_repetition = 0, {}, false

function init()
  instants, step = tonumber(os.getenv("LOAD_INSTANTS")), tonumber(os.getenv("LOAD_STEP"))
  devices, turn = {}, 0
  repeats = tonumber(os.getenv("LOAD_REPEATS") or 0)
  local index = 0
  for line in io.lines(os.getenv("LOAD_KEYS")) do
    local id, key = line:match("^(%d+) (%S+)$")
    if index % THREADS == place then
      devices[#devices + 1] = {
        id = id, next = tonumber(os.getenv("LOAD_START")),
        headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" },
      }
    end
    index = index + 1
  end
end

local known_second, known_text
local function wire_time(ms)
  local second = math.floor(ms / 1000)
  if second ~= known_second then
    known_second, known_text = second, os.date("!%Y-%m-%dT%H:%M:%S", second)
  end
  return string.format("%s.%03dZ", known_text, ms % 1000)
end

local function body(device)
  local parts = { '{"dispositif":', device.id, ',"mesures":[' }
  for instant = 1, instants do
    local time = wire_time(device.next)
    device.next = device.next + step
    local count = #parts
    parts[count + 1] = instant == 1 and '{"type_donnee":"spo2","valeur":97.0,"unite":"%","timestamp":"'
        or ',{"type_donnee":"spo2","valeur":97.0,"unite":"%","timestamp":"'
    parts[count + 2] = time
    parts[count + 3] = '"},{"type_donnee":"heart_rate","valeur":72.5,"unite":"bpm","timestamp":"'
    parts[count + 4] = time
    parts[count + 5] = '"},{"type_donnee":"temperature","valeur":36.8,"unite":"°C","timestamp":"'
    parts[count + 6] = time
    parts[count + 7] = '"}'
  end
  parts[#parts + 1] = "]}"
  return table.concat(parts)
end

function request()
  local time = now()
  deadline = deadline or time + tonumber(os.getenv("LOAD_SECONDS"))
  if time > deadline then return "GET / HTTP/1.1\r\n" end
  is_repetition = repeats > 0 and not is_repetition
  if is_repetition and #sent >= repeats then return table.remove(sent, 1) end
  turn = turn % #devices + 1
  local device = devices[turn]
  local report = wrk.format("POST", "/api/iot/data/", device.headers, body(device))
  if repeats > 0 then sent[#sent + 1] = report end
  return report
end

-- No `response` function: with one, wrk builds a table of every answer's headers, which costs it more than all the rest.

-- One line, read by load.py.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("\nresult p50_us=%d p99_us=%d broken=%d", latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout))
  io.write(string.format(" ok=%d refused=%d", summary.requests - errors.status, errors.status))
  io.write("\n")
end
