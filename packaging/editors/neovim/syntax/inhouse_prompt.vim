" What a person writes to the model.
if exists("b:current_syntax")
  finish
endif
syntax match inhouseCommand "\%^/\S\+"
syntax match inhouseMention "\%(^\|\s\)\@<=@\S\+"
highlight default link inhouseCommand Special
highlight default link inhouseMention Identifier
let b:current_syntax = "inhouse_prompt"
