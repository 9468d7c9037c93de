// The command-line program, with the third task.
import './register';
import '../../cli';
