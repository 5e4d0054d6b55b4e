// Sends the form "onward" by itself; its button is there for browsers without scripts.
document.getElementById("onward").submit();
