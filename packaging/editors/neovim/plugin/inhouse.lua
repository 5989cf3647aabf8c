--- The commands of inhouse and the keys that can be mapped; nothing is loaded before it is used.
if vim.g.loaded_inhouse then
  return
end
vim.g.loaded_inhouse = true

if vim.fn.has("nvim-0.7") == 0 then
  vim.api.nvim_err_writeln("inhouse needs Neovim 0.7 or a later one.")
  return
end

require("inhouse.highlights").set()
local group = vim.api.nvim_create_augroup("inhouse", { clear = true })
vim.api.nvim_create_autocmd("ColorScheme", {
  group = group,
  callback = function()
    require("inhouse.highlights").set()
  end,
})
vim.api.nvim_create_autocmd({ "BufReadPost", "BufWritePost", "FileChangedShellPost" }, {
  group = group,
  callback = function(event)
    require("inhouse.files").remember(event.buf)
  end,
})
vim.api.nvim_create_autocmd("VimLeavePre", {
  group = group,
  callback = function()
    if package.loaded["inhouse.agent"] then
      require("inhouse.agent").stop()
    end
  end,
})

local function inhouse()
  return require("inhouse")
end

local function lines_of(given)
  if given.range > 0 then
    return given.line1, given.line2
  end
end

local function modes()
  return { "plan", "ask", "auto-edit", "yolo" }
end

local function command(name, action, options)
  vim.api.nvim_create_user_command(name, action, options)
end

command("Inhouse", function(given)
  if given.args == "" then
    inhouse().toggle()
  else
    inhouse().chat(given.args)
  end
end, { nargs = "*", desc = "Show or hide the conversation, or say something in it" })

command("InhouseChat", function(given)
  inhouse().chat(given.args)
end, { nargs = "*", desc = "Show the conversation, and say something in it" })

command("InhouseNew", function()
  inhouse().new()
end, { desc = "Begin a new conversation" })

command("InhouseSessions", function()
  inhouse().sessions()
end, { desc = "Go on with a conversation of before" })

command("InhouseAdd", function(given)
  inhouse().add(given.args, lines_of(given))
end, { nargs = "?", range = true, complete = "file", desc = "Attach lines or a file" })

command("InhouseCancel", function()
  inhouse().cancel()
end, { desc = "End what runs" })

command("InhouseStop", function()
  inhouse().stop()
end, { desc = "End the programs of this Neovim" })

command("InhouseMode", function(given)
  inhouse().mode(given.args)
end, { nargs = "?", complete = modes, desc = "What goes ahead unasked" })

command("InhouseModel", function(given)
  inhouse().model(given.args)
end, { nargs = "?", desc = "Go on with another model" })

command("InhouseThink", function(given)
  inhouse().think(given.args)
end, {
  nargs = "?",
  complete = function()
    return { "auto", "on", "off" }
  end,
  desc = "Whether the model thinks",
})

command("InhouseEdit", function(given)
  inhouse().edit(given.args, given.line1, given.line2, given.bang)
end, { nargs = "*", range = "%", bang = true, desc = "Change lines as an instruction says" })

command("InhouseAccept", function()
  inhouse().decide(true)
end, { desc = "Take the change that is shown" })

command("InhouseReject", function()
  inhouse().decide(false)
end, { desc = "Leave the change that is shown" })

command("InhouseAsk", function(given)
  inhouse().ask(given.args, lines_of(given))
end, { nargs = "*", range = true, desc = "Answer a question" })

command("InhouseExplain", function(given)
  inhouse().explain(given.line1, given.line2)
end, { range = true, desc = "Explain a line, or several" })

command("InhouseReview", function(given)
  inhouse().review(given.fargs)
end, { nargs = "*", desc = "List problems of a change" })

command("InhouseCommit", function(given)
  inhouse().commit(given.fargs)
end, { nargs = "*", complete = "file", desc = "Write a commit message" })

command("InhouseComplete", function(given)
  inhouse().complete(given.args)
end, {
  nargs = "?",
  complete = function()
    return { "on", "off", "toggle", "buffer" }
  end,
  desc = "Propose text while you type",
})

local PROPOSALS = {
  accept = "accept",
  ["accept-line"] = "accept_line",
  ["accept-word"] = "accept_word",
  next = "next",
  previous = "previous",
  dismiss = "dismiss",
  suggest = "suggest",
}
for name, action in pairs(PROPOSALS) do
  vim.keymap.set("i", ("<Plug>(inhouse-%s)"):format(name), function()
    require("inhouse.ghost")[action]()
  end, { desc = "inhouse: " .. name })
end
vim.keymap.set("n", "<Plug>(inhouse-toggle)", "<Cmd>Inhouse<CR>")
vim.keymap.set("n", "<Plug>(inhouse-add)", "<Cmd>InhouseAdd<CR>")
vim.keymap.set("x", "<Plug>(inhouse-add)", ":InhouseAdd<CR>")
vim.keymap.set("n", "<Plug>(inhouse-edit)", "<Cmd>InhouseEdit<CR>")
vim.keymap.set("x", "<Plug>(inhouse-edit)", ":InhouseEdit<CR>")
vim.keymap.set("n", "<Plug>(inhouse-explain)", "<Cmd>InhouseExplain<CR>")
vim.keymap.set("x", "<Plug>(inhouse-explain)", ":InhouseExplain<CR>")
