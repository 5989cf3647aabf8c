--- The one `inhouse acp` of this Neovim: started when it is needed, shared by all conversations.
local config = require("inhouse.config")
local rpc = require("inhouse.rpc")

local M = {}

local PROTOCOL = 1
local QUITTING = "inhouse was ended."

local state = { peer = nil, ready = false, waiting = {}, listeners = {}, info = nil }

--- Whether it runs and has said what it can do.
function M.is_ready()
  return state.ready
end

--- Hear of a session: `listener` has `on_update(update)`, `on_prefill(params)`,
--- `on_question(params, respond)` and `on_end(sentence)`. nil to hear no more.
function M.listen(session, listener)
  state.listeners[session] = listener
end

local function listener_of(params)
  return type(params.sessionId) == "string" and state.listeners[params.sessionId] or nil
end

local function on_notification(method, params)
  local listener = listener_of(params)
  if not listener then
    return
  end
  if method == "session/update" and type(params.update) == "table" then
    listener:on_update(params.update)
  elseif method == "_inhouse/prefill" then
    listener:on_prefill(params)
  end
end

local function ask(params, respond)
  local listener = listener_of(params)
  if listener then
    listener:on_question(params, respond)
  else
    respond({ outcome = { outcome = "cancelled" } })
  end
end

local function handlers()
  local files = require("inhouse.files")
  return {
    ["session/request_permission"] = ask,
    ["fs/read_text_file"] = files.read,
    ["fs/write_text_file"] = files.write,
  }
end

-- Forget the agent that has ended, and tell all who wait for it.
local function forget(sentence)
  local waiting, listeners = state.waiting, state.listeners
  state.peer, state.ready, state.waiting, state.listeners = nil, false, {}, {}
  for _, callback in ipairs(waiting) do
    callback(sentence)
  end
  for _, listener in pairs(listeners) do
    listener:on_end(sentence)
  end
end

local function initialised(problem, result)
  local waiting = state.waiting
  state.waiting = {}
  if not problem then
    state.ready = true
    state.info = result.agentInfo
    state.capabilities = result.agentCapabilities or {}
  elseif problem.gone then
    -- on_exit tells why.
    state.waiting = waiting
    return
  end
  for _, callback in ipairs(waiting) do
    callback(problem and M.sentence_of(problem))
  end
end

local function start()
  local peer, problem
  peer, problem = rpc.start(config.command("acp"), {
    cwd = config.root(),
    on_request = handlers(),
    on_notification = on_notification,
    on_exit = function(code, process)
      if state.peer == peer then
        forget("inhouse ended: " .. process:last_words(code))
      end
    end,
  })
  if not peer then
    return problem
  end
  state.peer = peer
  peer:request("initialize", {
    protocolVersion = PROTOCOL,
    clientCapabilities = {
      fs = { readTextFile = true, writeTextFile = true },
      terminal = false,
    },
    clientInfo = { name = "inhouse.nvim", title = "Neovim", version = "0.1.0" },
  }, initialised)
end

--- Call back with nil as soon as the agent can be asked, or with a sentence on why it cannot.
function M.ensure(callback)
  if state.ready then
    callback(nil)
    return
  end
  table.insert(state.waiting, callback)
  if state.peer then
    return
  end
  local problem = start()
  if problem then
    state.waiting = {}
    callback(problem)
  end
end

--- Ask the agent; `callback(sentence or nil, result)`.
function M.request(method, params, callback)
  M.ensure(function(problem)
    if problem then
      callback(problem)
      return
    end
    state.peer:request(method, params, function(failed, result)
      callback(failed and M.sentence_of(failed), result, failed)
    end)
  end)
end

--- Tell the agent something, if it runs.
function M.notify(method, params)
  if state.ready then
    state.peer:notify(method, params)
  end
end

--- An error of the protocol as a sentence for a person.
function M.sentence_of(problem)
  local data = problem.data
  local said = type(data) == "table" and data.details or data
  if type(said) ~= "string" or said == "" then
    said = problem.message
  end
  return require("inhouse.text").clean(tostring(said or "It failed."))
end

--- End the agent; the sessions stay on disk.
function M.stop()
  if state.peer then
    state.peer:stop()
    forget(QUITTING)
  end
end

return M
