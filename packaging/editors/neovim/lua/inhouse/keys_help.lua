--- A small window with the keys of a conversation.
local config = require("inhouse.config")

local M = {}

local function rows()
  local keys = config.get().chat.keys
  return {
    { "Where you write", nil },
    { keys.send, "send (normal mode)" },
    { keys.send_insert, "send (insert mode)" },
    { "/", "commands of inhouse" },
    { "@", "name a file" },
    { "<Up> <Down>", "what you said before" },
    { "", nil },
    { "In the conversation", nil },
    { "i", "write" },
    { keys.jump, "go to the place, or open the fold" },
    { "<Tab>", "open or close the fold" },
    { keys.previous_turn, "previous turn" },
    { keys.next_turn, "next turn" },
    { "1 to 4", "answer a question" },
    { "y s a n", "the same: once, session, always, no" },
    { keys.close, "close; :Inhouse opens it again" },
    { "", nil },
    { "In both", nil },
    { keys.cancel, "end the running turn" },
    { keys.next_mode, "next mode: what goes ahead unasked" },
  }
end

--- Show it until a key is pressed that leaves it.
function M.show()
  local lines, widest = {}, 0
  for _, row in ipairs(rows()) do
    if row[1] then
      local line = row[2] and ("  %-13s %s "):format(row[1], row[2]) or " " .. row[1]
      table.insert(lines, line)
      widest = math.max(widest, vim.fn.strdisplaywidth(line))
    end
  end
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].bufhidden = "wipe"
  local height = math.min(#lines, vim.o.lines - 4)
  local window = vim.api.nvim_open_win(buffer, true, {
    relative = "editor",
    style = "minimal",
    border = "rounded",
    width = math.min(widest, vim.o.columns - 4),
    height = height,
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1),
    col = math.max(0, math.floor((vim.o.columns - widest) / 2)),
  })
  for row, line in ipairs(lines) do
    if line:match("^ %S") then
      vim.api.nvim_buf_add_highlight(buffer, -1, "InhouseTitle", row - 1, 0, -1)
    else
      vim.api.nvim_buf_add_highlight(buffer, -1, "InhouseKey", row - 1, 0, 15)
    end
  end
  local function leave()
    pcall(vim.api.nvim_win_close, window, true)
  end
  for _, key in ipairs({ "q", "<Esc>", "<CR>", "g?" }) do
    vim.keymap.set("n", key, leave, { buffer = buffer, nowait = true })
  end
  vim.api.nvim_create_autocmd("WinLeave", { buffer = buffer, once = true, callback = leave })
end

return M
