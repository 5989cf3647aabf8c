; name: css
; files: *.css
; data: yes

(rule_set (selectors) @name (block) @body) @symbol.rule
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @symbol.rule
(import_statement . [
  (string_value) @module
  (call_expression (arguments [(string_value) (plain_value)] @module))
]) @import
(comment) @comment
[(class_name) (id_name) (keyframes_name)] @identifier
