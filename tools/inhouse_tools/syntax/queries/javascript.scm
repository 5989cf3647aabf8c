; name: javascript
; files: *.js *.jsx *.mjs *.cjs
; certain: yes

[
  (function_declaration name: (identifier) @name)
  (generator_function_declaration name: (identifier) @name)
] @symbol.function
(class_declaration name: (_) @name) @symbol.class
(method_definition name: (_) @name) @symbol.function
(field_definition property: (_) @name value: [(arrow_function) (function_expression)]) @symbol.function
(_ [
  (lexical_declaration . (variable_declarator
    name: (identifier) @name value: [(arrow_function) (function_expression)]) .)
  (variable_declaration . (variable_declarator
    name: (identifier) @name value: [(arrow_function) (function_expression)]) .)
] @symbol.function)
(program [
  (lexical_declaration . (variable_declarator name: (identifier) @name) .)
  (variable_declaration . (variable_declarator name: (identifier) @name) .)
] @symbol.constant)
(export_statement
  declaration: (lexical_declaration . (variable_declarator name: (identifier) @name) .)
    @symbol.constant)
(expression_statement (assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)])) @symbol.function
(export_statement declaration: (_ name: (_) @name)) @outer
(export_statement declaration: (_ . (variable_declarator name: (identifier) @name) .)) @outer

(import_statement source: (string) @module) @import
(export_statement source: (string) @module)
(call_expression
  function: [(identifier) (import)] @_function
  arguments: (arguments . (string) @module .)
  (#any-of? @_function "require" "import"))
(lexical_declaration (variable_declarator
  name: (object_pattern)
  value: (call_expression function: (identifier) @_function))
  (#eq? @_function "require")) @import
(variable_declaration (variable_declarator
  name: (object_pattern)
  value: (call_expression function: (identifier) @_function))
  (#eq? @_function "require")) @import

(hash_bang_line) @opening
(program (expression_statement . (string) .) @opening)
(decorator) @attached
[(string) (template_string)] @string
[(comment) (html_comment)] @comment
[
  (identifier)
  (property_identifier)
  (private_property_identifier)
  (shorthand_property_identifier)
  (shorthand_property_identifier_pattern)
] @identifier
