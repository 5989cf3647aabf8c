--- A conversation: its session, its turns, what happens in it.
local agent = require("inhouse.agent")
local config = require("inhouse.config")
local files = require("inhouse.files")
local hearing = require("inhouse.hearing")
local questions = require("inhouse.questions")
local text = require("inhouse.text")
local transcript = require("inhouse.transcript")

local M = {}

local Chat = {}
Chat.__index = Chat
local count = 0

--- A new conversation. `on_change()` is called when what a bar shows may have changed.
function M.new(on_change)
  count = count + 1
  local self = setmetatable({
    number = count,
    root = config.root(),
    state = "idle",
    calls = {},
    unseen = {},
    queue = {},
    attached = {},
    commands = {},
    modes = {},
    options = {},
    sent = {},
    on_open = {},
    on_change = on_change,
  }, Chat)
  self.transcript = transcript.new(("inhouse://%d/conversation"):format(count))
  return self
end

--- Say something that neither side said.
function Chat:note(sentence, level)
  self.transcript:add({ kind = "note", text = text.clean(sentence), level = level })
end

--- Open the session where there is none yet; `callback()` when it is there.
function Chat:open(callback)
  if self.session and not self.lost then
    callback()
    return
  end
  table.insert(self.on_open, callback)
  if self.state == "opening" then
    return
  end
  self:set_state("opening")
  local lost = self.session
  local params = { cwd = self.root, mcpServers = {} }
  local method = "session/new"
  if lost then
    method, params.sessionId = "session/resume", lost
    agent.listen(lost, self)
  end
  self:enter(method, params, function()
    local waiting = self.on_open
    self.on_open = {}
    for _, one in ipairs(waiting) do
      one()
    end
  end)
end

-- Open, load or resume a session.
function Chat:enter(method, params, callback)
  agent.request(method, params, function(problem, result)
    self:set_state("idle")
    if problem then
      self:note(problem, "error")
      self.queue, self.on_open = {}, {}
      self.session = method == "session/resume" and self.session or nil
      return
    end
    self.session, self.lost = result.sessionId or params.sessionId, false
    agent.listen(self.session, self)
    self:take_modes(result)
    local wanted = config.get().chat.mode
    if wanted and method == "session/new" then
      self:set_mode(wanted)
    end
    self.on_change()
    callback()
  end)
end

--- Go on with a session of before; all that was said in it is shown.
function Chat:load(session)
  self.session, self.replaying = session, true
  self:set_state("opening")
  agent.listen(session, self)
  local params = { cwd = self.root, sessionId = session, mcpServers = {} }
  self:enter("session/load", params, function()
    self.replaying = false
    self:end_turn()
  end)
end

function Chat:take_modes(result)
  if result.modes then
    self.mode = result.modes.currentModeId
    self.modes = result.modes.availableModes or {}
  end
  self.options = result.configOptions or self.options
end

function Chat:set_state(state)
  self.state = state
  self.since = vim.loop.now()
  self.reading = nil
  self.on_change()
end

--- Whether a turn runs.
function Chat:is_busy()
  return self.state ~= "idle"
end

--- Say something to the model. While it works, that waits for its turn.
function Chat:send(words)
  local attached = self.attached
  self.attached = {}
  if words ~= "" then
    table.insert(self.sent, words)
  end
  table.insert(self.queue, { words = words, attached = attached })
  self.on_change()
  if not self:is_busy() then
    self:next_turn()
  end
end

function Chat:next_turn()
  if #self.queue == 0 or self:is_busy() then
    return
  end
  self:open(function()
    local prompt = table.remove(self.queue, 1)
    if prompt then
      self:turn(prompt)
    end
  end)
end

function Chat:turn(prompt)
  local blocks, names = {}, {}
  if prompt.words ~= "" then
    table.insert(blocks, { type = "text", text = prompt.words })
  end
  for _, one in ipairs(prompt.attached) do
    table.insert(blocks, { type = "text", text = " " })
    table.insert(blocks, one.block)
    table.insert(names, one.name)
  end
  self.transcript:add({ kind = "user", text = text.clean(prompt.words), attached = names })
  self.plan = nil
  self:set_state("working")
  local params = { sessionId = self.session, prompt = blocks }
  agent.request("session/prompt", params, function(problem, result, failed)
    if failed and failed.gone then
      -- on_end tells it.
      return
    end
    self:end_turn()
    if problem then
      self:note(problem, "error")
    elseif result.stopReason == "cancelled" then
      self:note("Interrupted.")
    elseif result.stopReason == "max_turn_requests" then
      self:note("It stopped at the limit of steps. Say “go on” to let it continue.")
    end
    self:set_state("idle")
    files.reload()
    self:next_turn()
  end)
end

function Chat:end_turn()
  questions.withdraw(self)
  hearing.end_turn(self)
end

--- End the running turn, and forget what waits.
function Chat:cancel()
  if not self.session or not self:is_busy() then
    return
  end
  self.queue = {}
  questions.withdraw(self)
  agent.notify("session/cancel", { sessionId = self.session })
end

--- Let what goes ahead unasked be another.
function Chat:set_mode(mode)
  self:open(function()
    local params = { sessionId = self.session, modeId = mode }
    agent.request("session/set_mode", params, function(problem)
      if problem then
        self:note(problem, "error")
      else
        self.mode = mode
      end
      self.on_change()
    end)
  end)
end

--- Go to the mode after this one.
function Chat:next_mode()
  self:open(function()
    for place, mode in ipairs(self.modes) do
      if mode.id == self.mode then
        self:set_mode(self.modes[place % #self.modes + 1].id)
        return
      end
    end
  end)
end

--- Choose one of the options that the agent offers, such as the model.
function Chat:choose(option, value)
  local params = { sessionId = self.session, configId = option, value = value }
  self:set_state("opening")
  agent.request("session/set_config_option", params, function(problem, result)
    self:set_state("idle")
    if problem then
      self:note(problem, "error")
    else
      self.options = result.configOptions or self.options
    end
    self.on_change()
    self:next_turn()
  end)
end

--- What holds of an option: the name of the model, for "model".
function Chat:option(id)
  for _, option in ipairs(self.options) do
    if option.id == id then
      return option.currentValue, option
    end
  end
end

--- Let go of the session; it stays on disk.
function Chat:close()
  questions.withdraw(self)
  if self.session and not self.lost then
    agent.listen(self.session, nil)
    if agent.is_ready() then
      local params = { sessionId = self.session }
      agent.request("session/close", params, function() end)
    end
  end
  self.session, self.closed = nil, true
end

function Chat:on_update(update)
  self.reading = nil
  hearing.take(self, update)
  self.on_change()
end

function Chat:on_prefill(params)
  local known = type(params.done) == "number" and type(params.total) == "number"
  self.reading = known and params.done < params.total and params or nil
  self.on_change()
end

function Chat:on_question(params, respond)
  questions.ask(self, params, respond)
  self.on_change()
end

function Chat:on_end(sentence)
  self:end_turn()
  self.queue = {}
  self.lost = self.session ~= nil
  self:note(
    sentence
      .. "\nThe session is kept: what you send next starts inhouse again and goes on with it.",
    "error"
  )
  self:set_state("idle")
end

return M
