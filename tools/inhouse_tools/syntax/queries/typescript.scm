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
(export_statement declaration: (_ name: (_) @name)) @outer
(export_statement declaration: (_ . (variable_declarator name: (identifier) @name) .)) @outer
[
  (identifier)
  (type_identifier)
  (property_identifier)
  (private_property_identifier)
  (shorthand_property_identifier)
  (shorthand_property_identifier_pattern)
] @identifier
