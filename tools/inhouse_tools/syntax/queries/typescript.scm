; name: typescript
; files: *.ts *.mts *.cts
; grammar: tree_sitter_typescript.language_typescript
; family: javascript
; certain: yes
;
; name: tsx
; files: *.tsx
; grammar: tree_sitter_typescript.language_tsx

[
  (function_declaration name: (identifier) @name)
  (generator_function_declaration name: (identifier) @name)
] @symbol.function
[
  (class_declaration name: (_) @name)
  (abstract_class_declaration name: (_) @name)
] @symbol.class
(interface_declaration name: (_) @name) @symbol.interface
(type_alias_declaration name: (_) @name) @symbol.type
(enum_declaration name: (_) @name) @symbol.enum
(internal_module name: (_) @name) @symbol.module
(abstract_method_signature name: (_) @name) @symbol.function
(method_definition name: (_) @name) @symbol.function
(public_field_definition name: (_) @name value: [(arrow_function) (function_expression)]) @symbol.function
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
(ambient_declaration (function_signature name: (identifier) @name)) @symbol.function
(ambient_declaration (_ name: (_) @name)) @outer
(export_statement declaration: (_ name: (_) @name)) @outer
(export_statement declaration: (_ . (variable_declarator name: (identifier) @name) .)) @outer

(import_statement source: (string) @module) @import
(import_statement (import_require_clause source: (string) @module)) @import
(export_statement source: (string) @module)
(call_expression
  function: [(identifier) (import)] @_function
  arguments: (arguments . (string) @module .)
  (#any-of? @_function "require" "import"))
(lexical_declaration (variable_declarator
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
  (type_identifier)
  (property_identifier)
  (private_property_identifier)
  (shorthand_property_identifier)
  (shorthand_property_identifier_pattern)
] @identifier
