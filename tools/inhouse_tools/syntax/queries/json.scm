; name: json
; files: *.json *.webmanifest
; certain: yes
; data: yes

(pair key: (string) @name) @symbol.key
(comment) @comment
