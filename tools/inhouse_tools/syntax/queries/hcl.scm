; name: hcl
; files: *.tf *.tfvars *.hcl
; data: yes

(block . (identifier) @_type . (string_lit) @owner . (string_lit) @name . (block_start) @body
  (#eq? @_type "resource")) @symbol.block
(block . (identifier) @owner . (string_lit) @owner . (string_lit) @name . (block_start) @body)
  @symbol.block
(block . (identifier) @owner . (string_lit) @name . (block_start) @body) @symbol.block
(config_file (body (block . (identifier) @name . (block_start) @body) @symbol.block))
(block . (identifier) @_type (body (attribute . (identifier) @name) @symbol.key)
  (#eq? @_type "locals"))
(config_file (body (attribute . (identifier) @name) @symbol.key))

(block . (identifier) @_type
  (body (attribute . (identifier) @_key (expression (literal_value (string_lit (template_literal) @module)))))
  (#eq? @_type "module")
  (#eq? @_key "source"))

(heredoc_template) @string
(comment) @comment
(identifier) @identifier
