; name: bash
; files: *.sh *.bash *.bats .bashrc .bash_profile .profile
; certain: yes

(function_definition name: (word) @name) @symbol.function
(program (variable_assignment name: (variable_name) @name) @symbol.constant)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @symbol.constant)

(command
  name: (command_name (word) @_command)
  . argument: (_) @module
  (#any-of? @_command "source" ".")) @import

[(string) (raw_string)] @string
(heredoc_body) @heredoc
(comment) @comment
(function_definition name: (word) @identifier)
(command_name (word) @identifier)
(variable_name) @identifier
