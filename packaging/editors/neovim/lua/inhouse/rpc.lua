--- JSON-RPC with a program: requests both ways, notifications, and answers to them.
local process = require("inhouse.process")

local M = {}

local METHOD_NOT_FOUND, INTERNAL_ERROR = -32601, -32603
local NULLS = { luanil = { object = true, array = true } }

local Peer = {}
Peer.__index = Peer

--- Start a program as a peer. `options`: `cwd`, `env`, `on_request[method](params, respond)`,
--- `on_notification(method, params)`, `on_exit(code, process)`.
function M.start(command, options)
  local peer = setmetatable({ waiting = {}, next_id = 0, options = options }, Peer)
  local started, problem = process.start(command, {
    cwd = options.cwd,
    env = options.env,
    on_line = function(line)
      peer:take(line)
    end,
    on_exit = function(code, ended)
      local waiting = peer.waiting
      peer.waiting = {}
      for _, callback in pairs(waiting) do
        callback({ code = INTERNAL_ERROR, message = "inhouse ended.", gone = true })
      end
      options.on_exit(code, ended)
    end,
  })
  peer.process = started
  return started and peer, problem
end

--- Ask for something; `callback(error, result)` is called exactly once.
function Peer:request(method, params, callback)
  self.next_id = self.next_id + 1
  local id = self.next_id
  self.waiting[id] = callback
  if not self:send({ id = id, method = method, params = params }) and self.waiting[id] then
    self.waiting[id] = nil
    callback({ code = INTERNAL_ERROR, message = "inhouse does not run.", gone = true })
  end
end

--- Tell something that has no answer.
function Peer:notify(method, params)
  self:send({ method = method, params = params })
end

function Peer:send(message)
  message.jsonrpc = "2.0"
  return self.process:write(vim.json.encode(message))
end

--- Take one line. What is no message is passed over: the connection goes on.
function Peer:take(line)
  local decoded, message = pcall(vim.json.decode, line, NULLS)
  if not decoded or type(message) ~= "table" then
    return
  end
  if type(message.method) == "string" then
    local params = type(message.params) == "table" and message.params or {}
    if message.id == nil then
      self.options.on_notification(message.method, params)
    else
      self:answer(message.id, message.method, params)
    end
    return
  end
  local callback = message.id ~= nil and self.waiting[message.id]
  if callback then
    self.waiting[message.id] = nil
    callback(message.error, message.result or {})
  end
end

--- Answer a request of the other side, at once or, where the handler takes `respond`, later.
function Peer:answer(id, method, params)
  local function respond(result, problem)
    if problem then
      self:send({ id = id, error = problem })
    else
      self:send({ id = id, result = result or vim.empty_dict() })
    end
  end
  local handler = self.options.on_request[method]
  if not handler then
    respond(nil, { code = METHOD_NOT_FOUND, message = "There is no method " .. method .. "." })
    return
  end
  local worked, problem = pcall(handler, params, respond)
  if not worked then
    respond(nil, { code = INTERNAL_ERROR, message = tostring(problem) })
  end
end

--- End the program: its input first, so that it can end what runs.
function Peer:stop()
  self.process:close_input()
end

return M
