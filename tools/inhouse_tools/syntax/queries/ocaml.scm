; name: ocaml
; files: *.ml
; grammar: tree_sitter_ocaml.language_ocaml

(module_definition (module_binding (module_name) @name body: (structure) @body)) @symbol.module
(module_definition (module_binding (module_name) @name)) @symbol.module
(module_type_definition (module_type_name) @name) @symbol.interface
(class_definition (class_binding (class_name) @name body: (_) @body)) @symbol.class
(method_definition (method_name) @name) @symbol.method
(type_definition . (type_binding name: (_) @name) .) @symbol.type
(type_binding name: (type_constructor) @name) @symbol.type
(exception_definition (constructor_declaration (constructor_name) @name)) @symbol.type
(value_specification (value_name) @name) @symbol.function
(external (value_name) @name) @symbol.function
(value_definition . (let_binding
  pattern: [(value_name) @name (parenthesized_operator (_) @name)]
  (parameter)
  body: (_) @body) .) @symbol.function
(value_definition . (let_binding
  pattern: (value_name) @name
  body: [(fun_expression) (function_expression)]) .) @symbol.function
(let_binding pattern: (value_name) @name (parameter) body: (_) @body) @symbol.function
(compilation_unit (value_definition . (let_binding pattern: (value_name) @name) .) @symbol.constant)
(structure (value_definition . (let_binding pattern: (value_name) @name) .) @symbol.constant)

(open_module module: (_) @module) @import
(include_module module: (_) @module) @import

[(string) (quoted_string)] @string
(comment) @comment
[
  (value_name)
  (type_constructor)
  (module_name)
  (module_type_name)
  (constructor_name)
  (field_name)
  (class_name)
  (method_name)
  (instance_variable_name)
] @identifier
