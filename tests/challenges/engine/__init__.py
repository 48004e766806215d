"""How a learner's code is called, watched, judged and reported, whatever it does.

called     learner_code, guarded_call, errors_in_words; time_limit, which stops a loop without an end
watched    recording_server, responses_calls, other_programs, folders, text_hashes, finished_functions
judged     criteria, preconditions, told_once, excerpts; results, report
run        checking: in a process of its own (own_process), or in this one where there is no other (in_place); drawn_once
"""
