; name: yaml
; files: *.yaml *.yml
; data: yes

(block_mapping_pair key: (_) @name) @symbol.key
(comment) @comment
