(function_definition name: (word) @name) @symbol.function
(program (variable_assignment name: (variable_name) @name) @symbol.constant)
(function_definition name: (word) @identifier)
(command_name (word) @identifier)
(variable_name) @identifier
