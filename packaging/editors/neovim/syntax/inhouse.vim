" Conversations and answers are Markdown.
if exists("b:current_syntax")
  finish
endif
runtime! syntax/markdown.vim
" A name such as some_name is no mistake here.
silent! syntax clear markdownError
let b:current_syntax = "inhouse"
