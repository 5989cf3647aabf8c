--- The one `inhouse complete` of a folder: requests in, answers out, the newest request counts.
local config = require("inhouse.config")
local process = require("inhouse.process")

local M = {}

local AGAIN_MS = 60000
local NULLS = { luanil = { object = true, array = true } }

local state = { next_id = 0, failed_at = nil, told = {} }

local function complain(sentence)
  if not state.told[sentence] then
    state.told[sentence] = true
    vim.notify("inhouse: no proposals. " .. sentence, vim.log.levels.WARN)
  end
end

local function take(line)
  local decoded, answer = pcall(vim.json.decode, line, NULLS)
  local open = state.open
  if not decoded or type(answer) ~= "table" or not open or answer.id ~= open.id then
    return
  end
  state.open = nil
  if answer.error then
    complain(require("inhouse.text").clean_line(tostring(answer.error)))
  end
  local texts = type(answer.candidates) == "table" and answer.candidates or {}
  open.callback(answer.error and {} or texts, answer)
end

local function ended(code, one)
  if state.process ~= one then
    return
  end
  local open = state.open
  state.process, state.open = nil, nil
  if not one.stopped then
    state.failed_at = vim.loop.now()
    complain(one:last_words(code))
  end
  if open then
    open.callback({}, {})
  end
end

local function start(root)
  local command = config.command("complete", "-C", root)
  local one, problem = process.start(command, { cwd = root, on_line = take, on_exit = ended })
  if not one then
    state.failed_at = vim.loop.now()
    complain(problem)
    return false
  end
  state.process, state.root = one, root
  return true
end

--- Ask for texts at a place; `callback(texts, answer)`, with no texts where there are none. A
--- request that came later, or `cancel`, takes its place: then it is never called.
function M.ask(request, callback)
  local root = config.root()
  if state.process and state.root ~= root then
    M.stop()
  end
  if not state.process then
    if state.failed_at and vim.loop.now() - state.failed_at < AGAIN_MS then
      callback({}, {})
      return
    end
    if not start(root) then
      callback({}, {})
      return
    end
  end
  state.next_id = state.next_id + 1
  request.id = state.next_id
  state.open = { id = request.id, callback = callback }
  state.process:write(vim.json.encode(request))
end

--- Give up what was asked for.
function M.cancel()
  if state.open and state.process then
    state.process:write(vim.json.encode({ cancel = state.open.id }))
  end
  state.open = nil
end

--- End the program.
function M.stop()
  if state.process then
    state.process.stopped = true
    state.process:close_input()
  end
  state.process, state.open = nil, nil
end

--- Try again at once after a failure.
function M.forgive()
  state.failed_at, state.told = nil, {}
end

return M
