// The trainer process, with the third task.
import './register';
import '../../trainer';
