--- inhouse in Neovim: what a person's configuration calls.
local M = {}

local function complain(sentence)
  vim.notify("inhouse: " .. sentence, vim.log.levels.ERROR)
end

local function view()
  return require("inhouse.view")
end

--- Take options over the defaults (see |inhouse-options|), and propose text while you type.
function M.setup(options)
  local config = require("inhouse.config")
  local problems = config.set(options or {})
  for _, sentence in ipairs(problems) do
    complain(sentence)
  end
  if config.get().complete.enabled then
    require("inhouse.ghost").enable()
  else
    require("inhouse.ghost").disable()
  end
end

--- What inhouse does, for a status line; empty when it does nothing.
function M.status()
  return require("inhouse.bar").status()
end

--- Show the conversation; with words, say them.
function M.chat(words)
  view().open(words == nil or words == "")
  if words and words ~= "" then
    view().chat():send(words)
  end
end

--- Show the conversation, or close its windows.
function M.toggle()
  if view().is_open() then
    view().close()
  else
    M.chat()
  end
end

--- Begin a new conversation.
function M.new()
  view().new()
  view().open(true)
end

--- End what runs: changes of this buffer, else the turn of the conversation, else the rest.
function M.cancel()
  local job = require("inhouse.job")
  local chat = view().chat()
  if job.cancel(vim.api.nvim_get_current_buf()) > 0 then
    return
  elseif chat and chat:is_busy() then
    chat:cancel()
  else
    job.cancel()
  end
end

--- Attach a file, lines of the current buffer, or that buffer to the next message.
function M.add(path, first, last)
  local buffer = vim.api.nvim_get_current_buf()
  local chat = view().chat() or view().new()
  local attach = require("inhouse.attach")
  local problem
  if path and path ~= "" then
    problem = attach.file(chat, path)
  elseif first then
    problem = attach.lines(chat, buffer, first, last)
  else
    problem = attach.buffer(chat, buffer)
  end
  if problem then
    complain(problem)
  elseif view().is_open() then
    chat.on_change()
  else
    vim.notify(("inhouse: %s goes along."):format(chat.attached[#chat.attached].name))
  end
end

--- Go to another mode, or choose one.
function M.mode(name)
  local chat = view().chat() or view().new()
  if name and name ~= "" then
    chat:set_mode(name)
    return
  end
  require("inhouse.choosing").mode(chat)
end

--- Go on with another model, or choose one.
function M.model(name)
  local chat = view().chat() or view().new()
  require("inhouse.choosing").option(chat, "model", name)
end

--- Choose whether the model thinks: "on", "off" or "auto".
function M.think(name)
  local chat = view().chat() or view().new()
  require("inhouse.choosing").option(chat, "thinking", name)
end

--- Choose a session of before, and go on with it.
function M.sessions()
  require("inhouse.choosing").session()
end

--- End all programs of this Neovim; what is used next starts them again.
function M.stop()
  require("inhouse.job").cancel()
  require("inhouse.agent").stop()
  require("inhouse.completer").stop()
  require("inhouse.completer").forgive()
end

-- Asks for words where there are none.
local function with_words(words, question, action)
  if words and words ~= "" then
    action(words)
    return
  end
  vim.ui.input({ prompt = question }, function(given)
    if given and given:find("%S") then
      action(given)
    end
  end)
end

--- Change lines of the current buffer as an instruction says; `direct` without showing it first.
function M.edit(instruction, first, last, direct)
  with_words(instruction, "Change: ", function(words)
    require("inhouse.edit").start(words, first, last, direct)
  end)
end

--- Take or leave the change that is shown.
function M.decide(accepted)
  require("inhouse.edit").decide(accepted)
end

--- Answer a question about this folder, and about lines where some are given.
function M.ask(question, first, last)
  with_words(question, "Ask: ", function(words)
    require("inhouse.answers").ask(words, first, last)
  end)
end

--- Explain a line, or several.
function M.explain(first, last)
  require("inhouse.answers").explain(first, last)
end

--- Review a change; `words` as for `inhouse review`.
function M.review(words)
  require("inhouse.answers").review(words or {})
end

--- Write a commit message; `words` as for `inhouse commit`.
function M.commit(words)
  require("inhouse.answers").commit(words or {})
end

--- Switch proposals "on" or "off", "toggle" them, or only in this buffer with "buffer".
function M.complete(what)
  local ghost = require("inhouse.ghost")
  if what == "buffer" then
    local wanted = ghost.is_wanted(0)
    vim.b.inhouse_complete = not wanted
    ghost.clear()
    vim.notify("inhouse: proposals are " .. (wanted and "off" or "on") .. " in this buffer.")
    return
  end
  local on = what == "on" or ((what == "toggle" or what == "") and not ghost.is_enabled())
  if on then
    ghost.enable()
  else
    ghost.disable()
  end
  vim.notify("inhouse: proposals are " .. (on and "on." or "off."))
end

--- Take the proposal that shows; false when none shows.
function M.accept()
  return require("inhouse.ghost").accept()
end

--- Take its first line.
function M.accept_line()
  return require("inhouse.ghost").accept_line()
end

--- Take its first word.
function M.accept_word()
  return require("inhouse.ghost").accept_word()
end

return M
