;;; inhouse-tests.el --- Tests of inhouse.el over the real command  -*- lexical-binding: t; -*-

;;; Commentary:

;; test_e2e_emacs.py starts these one by one, in a repository and with a scripted model.

;;; Code:

(require 'ert)
(require 'inhouse)

(defconst inhouse-tests--seconds 60)

(defun inhouse-tests--wait (what condition)
  "Wait until CONDITION holds, and return its value; WHAT says for what."
  (let ((until (+ (float-time) inhouse-tests--seconds)) value)
    (while (not (setq value (funcall condition)))
      (when (> (float-time) until)
        (ert-fail (list "never came" what
                        (and (get-buffer "*Messages*")
                             (with-current-buffer "*Messages*" (buffer-string)))
                        (mapcar (lambda (one) (cons (buffer-name one)
                                                    (with-current-buffer one (buffer-string))))
                                (cl-remove-if-not
                                 (lambda (one) (string-match-p "inhouse" (buffer-name one)))
                                 (buffer-list))))))
      (accept-process-output nil 0.05))
    value))

(defun inhouse-tests--buffer (name text)
  "Wait until the buffer NAME holds TEXT."
  (inhouse-tests--wait
   (list name text)
   (lambda ()
     (and (get-buffer name)
          (with-current-buffer name
            (string-match-p (regexp-quote text) (buffer-string)))))))

(defun inhouse-tests--message (text)
  "Wait until a message holds TEXT."
  (inhouse-tests--buffer "*Messages*" text))

(defmacro inhouse-tests--visiting (file &rest body)
  "Do BODY in a buffer that visits FILE."
  (declare (indent 1))
  `(with-current-buffer (find-file-noselect ,file)
     (set-window-buffer nil (current-buffer))
     ,@body))

(defun inhouse-tests--lines (first last)
  "The region from line FIRST to the end of line LAST."
  (save-excursion
    (goto-char (point-min))
    (let ((begin (line-beginning-position first)))
      (list begin (line-end-position last)))))

;;;; Filters

(ert-deftest inhouse-tests-edit ()
  "What is unsaved counts, the diff is taken or left, and nothing else changes."
  (inhouse-tests--visiting "calc.py"
    (goto-char (point-min))
    (insert "# unsaved é\n")
    (let ((before (buffer-string)))
      (apply #'inhouse-edit-region (append (inhouse-tests--lines 2 3) '("make it add")))
      (inhouse-tests--buffer "*inhouse edit*" "+    return a + b")
      (should (equal (buffer-string) before))
      (with-current-buffer "*inhouse edit*"
        (should (derived-mode-p 'inhouse-diff-mode))
        (inhouse-reject))
      (should-not (get-buffer "*inhouse edit*"))
      (should (equal (buffer-string) before))
      (apply #'inhouse-edit-region (append (inhouse-tests--lines 2 3) '("make it add")))
      (inhouse-tests--buffer "*inhouse edit*" "+    return a + b")
      (goto-char (point-max))
      (insert "print(add(1, 2))\n")
      (with-current-buffer "*inhouse edit*" (inhouse-accept))
      (should (equal (buffer-string)
                     (concat (replace-regexp-in-string "a - b" "a + b" before)
                             "print(add(1, 2))\n")))
      ;; Lines that were changed in between stay.
      (apply #'inhouse-edit-region (append (inhouse-tests--lines 2 3) '("make it add")))
      (inhouse-tests--buffer "*inhouse edit*" "+    return a * b")
      (goto-char (point-min))
      (forward-line 2)
      (insert "    # typed\n")
      (with-current-buffer "*inhouse edit*"
        (should-error (inhouse-accept) :type 'user-error))
      (should (string-match-p "# typed" (buffer-string))))))

(ert-deftest inhouse-tests-edit-without-file ()
  "A region of a buffer without a file is a selection."
  (with-temp-buffer
    (insert "keep\nx - y\nkeep\n")
    (apply #'inhouse-edit-region (append (inhouse-tests--lines 2 2) '("add")))
    (inhouse-tests--buffer "*inhouse edit*" "+x + y")
    (with-current-buffer "*inhouse edit*" (inhouse-accept))
    (should (equal (buffer-string) "keep\nx + y\nkeep\n"))))

(ert-deftest inhouse-tests-answers ()
  "Answers stand in a buffer, with what could deceive made visible."
  (inhouse-tests--visiting "calc.py"
    (inhouse-ask "what is it?" (point-min) (point-max))
    (inhouse-tests--buffer "*inhouse answer*" "A sum.\\u202e")
    (inhouse-explain)
    (inhouse-tests--buffer "*inhouse answer*" "It subtracts.")
    (should (eq (buffer-local-value 'major-mode (get-buffer "*inhouse answer*"))
                'inhouse-answer-mode))))

(ert-deftest inhouse-tests-review ()
  "Problems are visited by `next-error'."
  (inhouse-tests--visiting "calc.py"
    (goto-char (point-max))
    (insert "x = 1\n")
    (save-buffer)
    (inhouse-review)
    (inhouse-tests--buffer "*inhouse-review*" "calc.py:3: bug: It assigns.")
    (inhouse-tests--wait "end" (lambda () (not (get-buffer-process "*inhouse-review*"))))
    (with-current-buffer "*inhouse-review*"
      (let ((next-error-last-buffer (current-buffer))) (next-error 1 t)))
    (should (equal (line-number-at-pos) 3))))

(ert-deftest inhouse-tests-failure ()
  "What goes wrong is one message, and `inhouse-cancel' ends what runs."
  (inhouse-tests--visiting "calc.py"
    (inhouse-ask "anything")
    (inhouse-tests--message "inhouse: ")
    (inhouse-tests--message "127.0.0.1:9")
    (let ((inhouse-command '("no-such-program")))
      (should-error (inhouse-ask "anything") :type 'user-error))
    (should-error (inhouse-cancel) :type 'user-error)
    (let ((inhouse-command '("sh" "-c" "exec sleep 600" "sh")))
      (inhouse-ask "anything")
      (inhouse-cancel))
    (inhouse-tests--message "inhouse: ended")
    (let ((default-directory "/ssh:nowhere:/"))
      (should-error (inhouse-ask "anything") :type 'user-error))))

;;;; Completion

(ert-deftest inhouse-tests-complete ()
  "Proposed code is taken whole, by words, by typing it, or left."
  (inhouse-tests--visiting "new.py"
    (python-mode)
    (insert "def f(a, b):\n    return ")
    (let ((ghost (lambda () (and inhouse--ghost
                                 (substring-no-properties
                                  (overlay-get inhouse--ghost 'after-string))))))
      (let ((inhouse-completion-candidates 2)) (inhouse-complete))
      (inhouse-tests--wait "ghost" ghost)
      (should (equal (funcall ghost) "a + b"))
      (should (eq (key-binding (kbd "TAB")) #'inhouse-ghost-accept))
      (inhouse-ghost-next)
      (should (equal (funcall ghost) "a + b2"))
      (inhouse-ghost-previous)
      (inhouse-ghost-accept-word)
      (should (equal (funcall ghost) " + b"))
      (insert " +")
      (run-hooks 'post-command-hook)
      (should (equal (funcall ghost) " b"))
      (inhouse-ghost-accept)
      (should (equal (buffer-string) "def f(a, b):\n    return a + b"))
      (should-not inhouse--ghost)
      (should-not (eq (key-binding (kbd "TAB")) #'inhouse-ghost-accept))
      ;; An answer that comes too late is not shown.
      (insert "\n    return ")
      (inhouse-complete)
      (insert "x")
      (run-hooks 'post-command-hook)
      (should-not inhouse--request)
      (delete-char -1)
      ;; What the model cannot do is said.
      (dotimes (_ 4)
        (unless (funcall ghost)
          (inhouse-complete)
          (inhouse-tests--wait "answer" (lambda () (not inhouse--request)))
          (unless (with-current-buffer (messages-buffer)
                    (string-match-p "not made to fill in" (buffer-string)))
            (inhouse-ghost-dismiss))))
      (inhouse-tests--message "inhouse: This model was not made to fill in.")
      (should (equal (funcall ghost) "last"))
      (goto-char (point-min))
      (run-hooks 'post-command-hook)
      (should-not (funcall ghost))
      ;; A completer that cannot work is not started with every key.
      (inhouse-completion-mode)
      (let ((inhouse-command '("sh" "-c" "echo it cannot >&2; exit 5" "sh")))
        (inhouse--completion-now (current-buffer) (point)))
      (inhouse-tests--message "inhouse: it cannot")
      (should-not inhouse-completion-mode))
    (set-buffer-modified-p nil)))

;;;; Conversation

(defun inhouse-tests--chat ()
  "Open the conversation, and wait until it is ready."
  (let ((buffer (inhouse-chat)))
    (with-current-buffer buffer (inhouse-tests--state "ready"))
    buffer))

(defun inhouse-tests--state (state)
  "Wait until the conversation of this buffer is in STATE."
  (let ((buffer (current-buffer)))
    (inhouse-tests--wait
     (list 'state state)
     (lambda ()
       (with-current-buffer buffer
         (equal (inhouse--chat-state inhouse--chat) state))))))

(defun inhouse-tests--send (text)
  "Say TEXT in the conversation."
  (goto-char (point-max))
  (insert text)
  (inhouse-chat-send))

(ert-deftest inhouse-tests-chat ()
  "Unsaved text is read, a change is asked for and shown, buffers follow, the session goes on."
  (let ((code (find-file-noselect "calc.py")))
    (with-current-buffer code
      (goto-char (point-min))
      (insert "# unsaved é\n"))
    (with-current-buffer (inhouse-tests--chat)
      (should (equal (inhouse--chat-mode inhouse--chat) "ask"))
      (inhouse-tests--send "make it add")
      (inhouse-tests--state "asking")
      (should (string-match-p "-    return a - b\n.*\\+    return a \\+ b" (buffer-string)))
      (should (member "Allow once" (mapcar (lambda (one) (alist-get 'name one))
                                           (cdar (inhouse--chat-questions inhouse--chat)))))
      (inhouse-chat-answer "Allow once")
      (inhouse-tests--state "ready")
      (should (string-match-p "> make it add" (buffer-string)))
      (should (string-match-p "It adds now." (buffer-string)))
      (should (string-match-p "✓ edit calc.py" (buffer-string)))
      (should (equal (with-current-buffer code (buffer-string))
                     "# unsaved é\ndef add(a, b):\n    return a + b\n"))
      (should-not (buffer-modified-p code))
      ;; What was said cannot be changed, what is being said can.
      (should-error (save-excursion (goto-char (point-min)) (insert "x")) :type 'text-read-only)
      (goto-char (point-max))
      (insert "not sent")
      (delete-region (inhouse--chat-input inhouse--chat) (point-max))
      (inhouse-chat-set-mode "plan")
      (inhouse-tests--wait "mode" (lambda ()
                                    (equal (inhouse--chat-mode inhouse--chat) "plan")))
      (should (member "undo" (inhouse--chat-commands inhouse--chat)))
      (insert "/un")
      (should (member "undo" (nth 2 (inhouse--chat-complete-command))))
      (insert "do")
      (inhouse-chat-send)
      (inhouse-tests--wait "undone" (lambda () (with-current-buffer code
                                                 (string-match-p "a - b" (buffer-string)))))
      (inhouse-tests--state "ready")
      ;; A passage goes along.
      (let ((chat (current-buffer)))
        (with-current-buffer code (inhouse-chat-attach (point-min) (point-max)))
        (with-current-buffer chat
          (inhouse-tests--send "what is this?")
          (inhouse-tests--buffer (buffer-name) "A sum.")
          (inhouse-tests--state "ready"))))))

(ert-deftest inhouse-tests-chat-cancel ()
  "A turn is ended, the agent dies, and the same session goes on."
  (with-current-buffer (inhouse-tests--chat)
    (inhouse-tests--send "say something long")
    (inhouse-tests--buffer (buffer-name) "Once upon")
    (inhouse-tests--send "and then?")
    (should (inhouse--chat-queue inhouse--chat))
    (inhouse-chat-cancel)
    (inhouse-tests--buffer (buffer-name) "The turn was ended.")
    (inhouse-tests--state "ready")
    (let ((session (inhouse--chat-session inhouse--chat)))
      (kill-process (inhouse--chat-process inhouse--chat))
      (inhouse-tests--state "ended")
      (inhouse-tests--send "again")
      (inhouse-tests--buffer (buffer-name) "Again.")
      (inhouse-tests--state "ready")
      (should (equal session (inhouse--chat-session inhouse--chat)))
      (inhouse-chat-new)
      (inhouse-tests--wait "new" (lambda ()
                                   (not (equal session (inhouse--chat-session inhouse--chat)))))
      (inhouse-tests--state "ready")
      (inhouse--chat-load session)
      (inhouse-tests--wait "loaded" (lambda ()
                                      (equal session (inhouse--chat-session inhouse--chat))))
      (inhouse-tests--state "ready"))
    (let ((process (inhouse--chat-process inhouse--chat)))
      (kill-buffer)
      (inhouse-tests--wait "end" (lambda () (not (process-live-p process)))))))

(ert-deftest inhouse-tests-chat-failure ()
  "An agent that cannot start says why, and nothing hangs."
  (with-current-buffer (inhouse-chat)
    (inhouse-tests--state "failed")
    (should (string-match-p "No model is on this machine" (buffer-string)))
    (kill-buffer))
  (let ((inhouse-command '("sh" "-c" "echo nonsense; echo oops >&2; exit 1" "sh")))
    (with-current-buffer (inhouse-chat)
      (inhouse-tests--state "ended")
      (should (string-match-p "The agent ended: oops" (buffer-string))))))

;;; inhouse-tests.el ends here
