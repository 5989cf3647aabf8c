; name: php
; files: *.php *.phtml
; grammar: tree_sitter_php.language_php

(function_definition name: (name) @name) @symbol.function
(class_declaration name: (name) @name) @symbol.class
(interface_declaration name: (name) @name) @symbol.interface
(trait_declaration name: (name) @name) @symbol.trait
(enum_declaration name: (name) @name) @symbol.enum
(method_declaration name: (name) @name) @symbol.method
(const_declaration (const_element . (name) @name)) @symbol.constant
(property_declaration (property_element name: (variable_name (name) @name))) @symbol.field
(expression_statement (function_call_expression
  function: (name) @_function
  arguments: (arguments . (argument (string) @name)))
  (#eq? @_function "define")) @symbol.constant

(namespace_use_declaration) @import
(namespace_use_declaration (namespace_use_clause . [(qualified_name) (name)] @module))
(namespace_use_declaration (namespace_name) @module)
(expression_statement [
  (require_expression (string) @module)
  (require_once_expression (string) @module)
  (include_expression (string) @module)
  (include_once_expression (string) @module)
]) @import

[(php_tag) (declare_statement) (namespace_definition)] @opening
(attribute_list) @attached
[(string) (encapsed_string) (heredoc) (nowdoc)] @string
(comment) @comment
(name) @identifier
