(function_definition name: (identifier) @name) @symbol.function
(class_definition name: (identifier) @name) @symbol.class
(decorated_definition definition: (_ name: (identifier) @name)) @outer
(module (expression_statement (assignment left: (identifier) @name)) @symbol.constant)
(identifier) @identifier
