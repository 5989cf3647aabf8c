--- What an agent tells of a session, as blocks of its conversation.
local files = require("inhouse.files")
local text = require("inhouse.text")

local M = {}

local CHANGING = { edit = true, execute = true, delete = true, move = true, other = true }
local FIELDS_OF_CALLS = {
  title = "string",
  status = "string",
  content = "table",
  locations = "table",
}
-- Of one block; what a model writes without end would only make the editor slow.
local MOST_BYTES = 1000000
local LEFT_OUT = "\n… what follows is left out here."

local function chunk_of(update)
  local content = update.content
  return type(content) == "table" and type(content.text) == "string" and text.clean(content.text)
    or ""
end

local function close_thought(chat)
  if chat.thinking then
    chat.thinking.running = false
    chat.transcript:touch(chat.thinking)
    chat.thinking = nil
  end
end

--- What has not ended by the end of a turn never will.
function M.end_turn(chat)
  close_thought(chat)
  for _, block in pairs(chat.calls) do
    if block.status ~= "completed" and block.status ~= "failed" then
      block.status = "failed"
      chat.transcript:touch(block)
    end
  end
  chat.calls, chat.unseen = {}, {}
end

local function write(chat, kind, words)
  if words == "" then
    return
  end
  local block = chat.transcript:last(kind)
  if not block and words:find("^%s+$") then
    return
  end
  if kind ~= "thought" then
    close_thought(chat)
  end
  block = block or chat.transcript:add({ kind = kind, text = "" })
  if #block.text <= MOST_BYTES then
    block.text = block.text .. words
    if #block.text > MOST_BYTES then
      block.text = block.text:sub(1, MOST_BYTES):gsub("[\192-\255][\128-\191]*$", "") .. LEFT_OUT
    end
  end
  if kind == "thought" then
    block.running = not chat.replaying
    chat.thinking = block
  end
  chat.transcript:touch(block)
end

local function take_call(chat, update)
  local id = tostring(update.toolCallId)
  if update.sessionUpdate == "tool_call" then
    -- What such a call is about stands in the plan.
    chat.unseen[id] = update.kind == "think"
  end
  if chat.unseen[id] and update.status ~= "failed" then
    return
  end
  local block = chat.calls[id]
  local ended = block and (block.status == "completed" or block.status == "failed")
  if not block or (ended and update.sessionUpdate == "tool_call") then
    close_thought(chat)
    block = chat.transcript:add({ kind = "call", title = "call", status = "pending" })
    chat.calls[id] = block
  end
  for field, kind in pairs(FIELDS_OF_CALLS) do
    block[field] = type(update[field]) == kind and update[field] or block[field]
  end
  block.does = type(update.kind) == "string" and update.kind or block.does or "other"
  chat.transcript:touch(block)
  if block.status == "completed" and CHANGING[block.does] and not chat.replaying then
    files.reload()
  end
end

local function take_plan(chat, update)
  local entries = {}
  for _, entry in ipairs(type(update.entries) == "table" and update.entries or {}) do
    if type(entry) == "table" and type(entry.content) == "string" then
      table.insert(entries, entry)
    end
  end
  chat.plan = chat.plan or chat.transcript:add({ kind = "plan" })
  chat.plan.entries = entries
  chat.transcript:touch(chat.plan)
end

local TAKE = {
  user_message_chunk = function(chat, update)
    chat.plan = nil
    M.end_turn(chat)
    chat.transcript:add({ kind = "user", text = chunk_of(update) })
  end,
  agent_message_chunk = function(chat, update)
    write(chat, "answer", chunk_of(update))
  end,
  agent_thought_chunk = function(chat, update)
    write(chat, "thought", chunk_of(update))
  end,
  tool_call = take_call,
  tool_call_update = take_call,
  plan = take_plan,
  available_commands_update = function(chat, update)
    chat.commands = type(update.availableCommands) == "table" and update.availableCommands or {}
  end,
  current_mode_update = function(chat, update)
    chat.mode = update.currentModeId
  end,
  config_option_update = function(chat, update)
    chat.options = update.configOptions or chat.options
  end,
  usage_update = function(chat, update)
    if type(update.used) == "number" and type(update.size) == "number" then
      chat.usage = { used = update.used, size = update.size }
    end
  end,
  session_info_update = function(chat, update)
    chat.title = type(update.title) == "string" and text.clean_line(update.title) or chat.title
  end,
}

--- Take an update of the session; one of an unknown kind says nothing.
function M.take(chat, update)
  local take = TAKE[update.sessionUpdate]
  if take then
    take(chat, update)
  end
end

--- A call of this conversation waits for an answer.
function M.call_waits(chat, id)
  if chat.calls[tostring(id)] then
    take_call(chat, { toolCallId = id, status = "pending" })
  end
end

return M
