--- Questions for permission: shown in the conversation, answered by keys.
local text = require("inhouse.text")

local M = {}

-- A key that was on its way when the question came must not answer it.
local DEAF_MS = 400
local MOST_DETAILS = 40
local KEYS = { once = "y", session = "s", always = "a", no = "n" }
local KEYS_OF_KINDS =
  { allow_once = "y", allow_always = "a", reject_once = "n", reject_always = "N" }

local function with_keys(options)
  local taken, found = {}, {}
  for _, option in ipairs(options) do
    option = type(option) == "table" and option or {}
    local key = KEYS[option.optionId] or KEYS_OF_KINDS[option.kind]
    if key and taken[key] then
      key = nil
    end
    taken[key or ""] = true
    table.insert(found, { id = option.optionId, name = tostring(option.name), key = key })
  end
  return found
end

-- What is shown beside the call's own block: texts, such as an exact command.
local function details_of(call)
  local details = {}
  for _, one in ipairs(type(call.content) == "table" and call.content or {}) do
    vim.list_extend(details, text.whole_lines(require("inhouse.blocks").words_of(one) or ""))
  end
  if #details > MOST_DETAILS then
    details = vim.list_slice(details, 1, MOST_DETAILS)
    table.insert(details, "…")
  end
  return details
end

--- Show a question of the agent; several wait for each other.
function M.ask(chat, params, respond)
  local call = type(params.toolCall) == "table" and params.toolCall or {}
  local question = {
    respond = respond,
    since = vim.loop.now(),
    options = with_keys(type(params.options) == "table" and params.options or {}),
  }
  chat.questions = chat.questions or {}
  require("inhouse.hearing").call_waits(chat, call.toolCallId)
  question.block = chat.transcript:add({
    kind = "question",
    title = tostring(call.title or "May it go ahead?"),
    details = details_of(call),
    options = question.options,
  })
  table.insert(chat.questions, question)
  chat.on_change()
  require("inhouse.view").show_question(chat)
end

--- The question that waits for an answer, or nil.
function M.current(chat)
  return chat.questions and chat.questions[1]
end

local function close(chat, said)
  local question = table.remove(chat.questions, 1)
  question.block.chosen = said
  chat.transcript:touch(question.block)
  local following = chat.questions[1]
  if following then
    following.since = vim.loop.now()
  else
    require("inhouse.view").hide_question(chat)
  end
  chat.on_change()
  return question
end

--- Answer with an option by its key or its number. False when there is no such answer now.
function M.answer(chat, key)
  local question = M.current(chat)
  if not question or vim.loop.now() - question.since < DEAF_MS then
    return false
  end
  for place, option in ipairs(question.options) do
    if option.key == key or tostring(place) == key then
      close(chat, text.clean_line(option.name))
      question.respond({ outcome = { outcome = "selected", optionId = option.id } })
      return true
    end
  end
  return false
end

--- Answer all that wait with nothing: the turn has ended.
function M.withdraw(chat)
  while M.current(chat) do
    close(chat, "Not answered.").respond({ outcome = { outcome = "cancelled" } })
  end
end

return M
