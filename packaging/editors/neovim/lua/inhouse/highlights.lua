--- The colours: links to groups that every scheme has, which a scheme or a person may set.
local M = {}

M.groups = {
  InhouseGhost = "Comment",
  InhouseGhostInfo = "NonText",
  InhouseUser = "Identifier",
  InhouseAttached = "Comment",
  InhouseThought = "Comment",
  InhouseNote = "Comment",
  InhouseError = "ErrorMsg",
  InhouseTitle = "Title",
  InhouseBar = "NonText",
  InhouseDim = "Comment",
  InhouseCall = "Normal",
  InhouseOutput = "Comment",
  InhousePending = "WarningMsg",
  InhouseRunning = "Special",
  InhouseDone = "String",
  InhouseFailed = "ErrorMsg",
  InhouseQuestion = "WarningMsg",
  InhouseKey = "Special",
  InhouseAdded = "DiffAdd",
  InhouseRemoved = "DiffDelete",
  InhouseFold = "Comment",
  InhouseWorking = "Special",
}

--- Set those that nobody has set.
function M.set()
  for name, link in pairs(M.groups) do
    vim.api.nvim_set_hl(0, name, { link = link, default = true })
  end
end

return M
