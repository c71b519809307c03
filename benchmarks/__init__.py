"""The reference benchmark: sitegen, Hugo and Pelican, doing the same job in one run on one machine.

posts     what they are given: any number of posts, the same for a seed
peers     who takes part: how each is installed, set up and started
edits     what happens before a build, and what has to be seen after it
measure   one command: seconds, processor time, memory of all its processes
serve     how long a preview takes from saving a post to showing it
run       all of it, in turn
table     what was measured, as Markdown

Only the standard library, so that nothing but the peers has to be installed.
"""
