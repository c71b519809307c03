"""The live-reload server: a build in a loop, shown on this machine only.

    serve      the loop: watch, build, show
    watch      which files were saved, a burst at a time
    state      what is shown, and what open pages are told when that changes
    server     Tornado, with livereload's channel behind our gate
    gate       who may talk to it
    address    which file of the site an address means
    media      media types, and parts of files
    inject     our script in pages that are shown
    listen     sockets
    assets/    the script, and the page that stands in for a site that never built

What a build makes and what is published never hold anything of it: the script is added to answers alone.
"""
