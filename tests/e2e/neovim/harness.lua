--- What the test files share: the plugin is loaded, a check that fails ends Neovim with 1.
local M = {}

local PATIENCE_MS = 60000

vim.opt.runtimepath:prepend(vim.env.INHOUSE_TEST_PLUGIN)
vim.opt.swapfile = false
vim.opt.more = false
vim.cmd("runtime plugin/inhouse.lua")

M.notices = {}
vim.notify = function(words)
  table.insert(M.notices, words)
end

--- Options that lead to the installed command and, where there is one, to the scripted server.
function M.options(more)
  local options = {
    command = { vim.env.INHOUSE_TEST_COMMAND },
    endpoint = vim.env.INHOUSE_TEST_ENDPOINT,
    complete = { enabled = false },
  }
  return vim.tbl_deep_extend("force", options, more or {})
end

--- Wait until something is true; `what` is said when it never is.
function M.wait(what, condition)
  local met = vim.wait(PATIENCE_MS, condition, 10)
  if not met then
    local notices = table.concat(M.notices, "\n")
    error(("never: %s\n%s\n%s"):format(what, notices, M.screen()), 2)
  end
end

--- All lines of the conversation.
function M.screen()
  local view = package.loaded["inhouse.view"]
  local chat = view and view.chat()
  if not chat then
    return ""
  end
  chat.transcript:draw()
  return M.text(chat.transcript.buffer)
end

--- All lines of a buffer, 0 for the current one.
function M.text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, false), "\n")
end

--- Fail unless two values are the same.
function M.same(found, wanted, what)
  if not vim.deep_equal(found, wanted) then
    local sentence = "%s: found %s, wanted %s"
    error(sentence:format(what or "value", vim.inspect(found), vim.inspect(wanted)), 2)
  end
end

--- Fail unless a text holds words.
function M.holds(found, words)
  if not found:find(words, 1, true) then
    error(("%q does not stand in:\n%s"):format(words, (found:gsub("(%w)%1%1%1+", "%1…"))), 2)
  end
end

--- Fail where a text holds words.
function M.lacks(found, words)
  if found:find(words, 1, true) then
    error(("%q stands in:\n%s"):format(words, found), 2)
  end
end

--- Press keys as a person does, with their mappings.
function M.press(keys)
  local codes = vim.api.nvim_replace_termcodes(keys, true, false, true)
  vim.api.nvim_feedkeys(codes, "mx!", false)
end

--- The conversation, once nothing runs in it.
function M.settled()
  local chat = require("inhouse.view").chat()
  M.wait("the turn ends", function()
    return not chat:is_busy() and #chat.queue == 0
  end)
  return chat
end

--- Run a test, and end Neovim with its result.
function M.run(test)
  local passed, problem = xpcall(test, debug.traceback)
  if not passed then
    io.stderr:write(problem .. "\n")
  end
  vim.cmd(passed and "qall!" or "cquit 1")
end

return M
